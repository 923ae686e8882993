CREATE TABLE `program_conferences` (
	`sid` text PRIMARY KEY NOT NULL,
	`organization_id` integer NOT NULL,
	`standing` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `leg_watches` ADD `untold` text;--> statement-breakpoint
ALTER TABLE `leg_watches` ADD `document` text;