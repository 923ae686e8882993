ALTER TABLE `organizations` ADD `country` text;--> statement-breakpoint
ALTER TABLE `organizations` ADD `emergency_numbers` text;--> statement-breakpoint
ALTER TABLE `organizations` ADD `callback_countries` text;--> statement-breakpoint
ALTER TABLE `organizations` ADD `max_callbacks_per_day` integer DEFAULT 100 NOT NULL;--> statement-breakpoint
CREATE INDEX `callbacks_joined` ON `callbacks` (`organization_id`,`joined_at`);