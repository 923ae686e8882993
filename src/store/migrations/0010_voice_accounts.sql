CREATE TABLE `voice_accounts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`organization_id` integer NOT NULL,
	`sid` text NOT NULL,
	`auth_token` text NOT NULL,
	`previous_auth_token` text,
	`created_at` integer NOT NULL,
	`rotated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `voice_accounts_organization_unique` ON `voice_accounts` (`organization_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `voice_accounts_sid_unique` ON `voice_accounts` (`sid`);--> statement-breakpoint
CREATE TRIGGER `voice_accounts_changed_by_insert` AFTER INSERT ON `voice_accounts`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `voice_accounts_changed_by_update` AFTER UPDATE ON `voice_accounts`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `voice_accounts_changed_by_delete` AFTER DELETE ON `voice_accounts`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
