CREATE TABLE `browser_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`generation` integer NOT NULL,
	`hash` text NOT NULL,
	`rotated_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `browser_sessions_user` ON `browser_sessions` (`user_id`,`rotated_at`);--> statement-breakpoint
CREATE INDEX `browser_sessions_expires` ON `browser_sessions` (`expires_at`);--> statement-breakpoint
ALTER TABLE `tokens` ADD `session_id` text REFERENCES browser_sessions(id) ON DELETE cascade;--> statement-breakpoint
CREATE INDEX `tokens_session` ON `tokens` (`session_id`);--> statement-breakpoint
CREATE TRIGGER `browser_sessions_changed_by_insert` AFTER INSERT ON `browser_sessions`
BEGIN INSERT INTO `changes` (`kind`, `jti`) VALUES ('session', NEW.`id`); END;
--> statement-breakpoint
CREATE TRIGGER `browser_sessions_changed_by_delete` AFTER DELETE ON `browser_sessions`
BEGIN INSERT INTO `changes` (`kind`, `jti`) VALUES ('session', OLD.`id`); END;
