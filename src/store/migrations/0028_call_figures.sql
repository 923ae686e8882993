CREATE TABLE `call_figures` (
	`call_id` text NOT NULL,
	`position` integer NOT NULL,
	`organization_id` integer NOT NULL,
	`kind` text NOT NULL,
	`department` text,
	`agent_id` text,
	`at` integer NOT NULL,
	`ms` integer NOT NULL,
	`begins` integer DEFAULT true NOT NULL,
	PRIMARY KEY(`call_id`, `position`)
);
--> statement-breakpoint
CREATE INDEX `call_figures_at` ON `call_figures` (`organization_id`,`at`,`kind`,`department`,`agent_id`,`ms`,`begins`);--> statement-breakpoint
ALTER TABLE `organizations` ADD `time_zone` text DEFAULT 'UTC' NOT NULL;--> statement-breakpoint
CREATE INDEX `agent_status_since` ON `agent_status` (`organization_id`,`agent_id`,`since`);