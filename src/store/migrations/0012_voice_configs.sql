CREATE TABLE `voice_configs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`organization_id` integer NOT NULL,
	`name` text NOT NULL,
	`settings` text DEFAULT '{}' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `voice_configs_name_unique` ON `voice_configs` (`organization_id`,`name`);--> statement-breakpoint
ALTER TABLE `phone_lines` ADD `voice_method` text DEFAULT 'POST' NOT NULL;--> statement-breakpoint
ALTER TABLE `phone_lines` ADD `fallback_url` text;--> statement-breakpoint
ALTER TABLE `phone_lines` ADD `fallback_method` text DEFAULT 'POST' NOT NULL;--> statement-breakpoint
ALTER TABLE `phone_lines` ADD `fallback_department` text;--> statement-breakpoint
ALTER TABLE `phone_lines` ADD `status_callback` text;--> statement-breakpoint
ALTER TABLE `phone_lines` ADD `status_callback_method` text DEFAULT 'POST' NOT NULL;--> statement-breakpoint
ALTER TABLE `phone_lines` ADD `trunk` text;--> statement-breakpoint
ALTER TABLE `phone_lines` ADD `caller_id` text;--> statement-breakpoint
ALTER TABLE `phone_lines` ADD `signing_token` text;--> statement-breakpoint
ALTER TABLE `phone_lines` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE TRIGGER `voice_configs_changed_by_insert` AFTER INSERT ON `voice_configs`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `voice_configs_changed_by_update` AFTER UPDATE ON `voice_configs`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `voice_configs_changed_by_delete` AFTER DELETE ON `voice_configs`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
