CREATE TABLE `leg_watches` (
	`call_sid` text PRIMARY KEY NOT NULL,
	`uuid` text NOT NULL,
	`organization_id` integer NOT NULL,
	`parties` text NOT NULL,
	`parent_call_sid` text,
	`callback` text,
	`sequence` integer NOT NULL,
	`answered_at` integer,
	`fallback` text,
	`department` text
);
