CREATE TABLE `deliveries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`organization_id` integer NOT NULL,
	`lane` text NOT NULL,
	`kind` text NOT NULL,
	`token` text NOT NULL,
	`once` text,
	`url` text NOT NULL,
	`method` text NOT NULL,
	`form` text,
	`json` text,
	`sign` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer,
	`done_at` integer,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `deliveries_due` ON `deliveries` (`due_at`);--> statement-breakpoint
CREATE INDEX `deliveries_lane` ON `deliveries` (`organization_id`,`lane`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_waiting` ON `deliveries` (`organization_id`,`done_at`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_done` ON `deliveries` (`done_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_once_unique` ON `deliveries` (`organization_id`,`once`);