CREATE TABLE `leg_notes` (
	`uuid` text PRIMARY KEY NOT NULL,
	`organization_id` integer NOT NULL,
	`answered_by` text,
	`forwarded_from` text,
	`caller_name` text
);
--> statement-breakpoint
ALTER TABLE `leg_watches` ADD `answered_by` text;