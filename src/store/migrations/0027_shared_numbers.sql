CREATE TABLE `shared_numbers` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`organization_id` integer NOT NULL,
	`name` text NOT NULL,
	`number` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `shared_numbers_organization` ON `shared_numbers` (`organization_id`);--> statement-breakpoint
CREATE TRIGGER `shared_numbers_changed_by_insert` AFTER INSERT ON `shared_numbers`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `shared_numbers_changed_by_update` AFTER UPDATE ON `shared_numbers`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `shared_numbers_changed_by_delete` AFTER DELETE ON `shared_numbers`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
