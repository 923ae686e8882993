CREATE TABLE `recording_sids` (
	`recording_id` text PRIMARY KEY NOT NULL,
	`sid` text NOT NULL,
	`call_sid` text,
	`source` text,
	`channels` integer,
	`duration_s` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `recording_sids_sid_unique` ON `recording_sids` (`sid`);--> statement-breakpoint
CREATE TABLE `twiml_apps` (
	`sid` text PRIMARY KEY NOT NULL,
	`organization_id` integer NOT NULL,
	`friendly_name` text NOT NULL,
	`voice_url` text,
	`voice_method` text NOT NULL,
	`voice_fallback_url` text,
	`voice_fallback_method` text NOT NULL,
	`status_callback` text,
	`status_callback_method` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `twiml_apps_organization` ON `twiml_apps` (`organization_id`,`created_at`);