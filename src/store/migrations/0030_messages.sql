CREATE TABLE `messages` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` integer NOT NULL,
	`call_id` text NOT NULL,
	`department` text NOT NULL,
	`from_number` text NOT NULL,
	`left_at` integer NOT NULL,
	`duration_ms` integer NOT NULL,
	`heard_at` integer,
	`heard_by` text,
	`closed_at` integer,
	`closed_by` text,
	`note` text,
	`version` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `messages_left` ON `messages` (`organization_id`,`left_at`);--> statement-breakpoint
CREATE INDEX `messages_call` ON `messages` (`call_id`);