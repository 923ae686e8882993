CREATE TABLE `webhook_states` (
	`webhook_id` integer PRIMARY KEY NOT NULL,
	`delivered` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`dropped` integer DEFAULT 0 NOT NULL,
	`last_attempt_at` integer,
	`last_status` integer,
	`last_error` text,
	`last_delivered_at` integer,
	`failing_since` integer,
	FOREIGN KEY (`webhook_id`) REFERENCES `webhooks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`organization_id` integer NOT NULL,
	`url` text NOT NULL,
	`topics` text NOT NULL,
	`description` text NOT NULL,
	`enabled` integer NOT NULL,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_until` integer,
	`disabled_at` integer,
	`disabled_reason` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `webhooks_organization` ON `webhooks` (`organization_id`);--> statement-breakpoint
DROP INDEX `deliveries_waiting`;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `webhook` integer;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `event` text;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `terminal` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `failure` text;--> statement-breakpoint
CREATE INDEX `deliveries_sent` ON `deliveries` (`claimed_by`,`webhook`,`due_at`) WHERE "deliveries"."due_at" is not null;--> statement-breakpoint
CREATE INDEX `deliveries_room` ON `deliveries` (`webhook`,`terminal`,`id`) WHERE "deliveries"."done_at" is null and "deliveries"."webhook" is not null;--> statement-breakpoint
CREATE INDEX `deliveries_waiting` ON `deliveries` (`organization_id`,`webhook`,`done_at`,`id`);--> statement-breakpoint
CREATE TRIGGER `webhooks_changed_by_insert` AFTER INSERT ON `webhooks`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `webhooks_changed_by_update` AFTER UPDATE ON `webhooks`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `webhooks_changed_by_delete` AFTER DELETE ON `webhooks`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
