ALTER TABLE `deliveries` ADD `line` integer;--> statement-breakpoint
ALTER TABLE `leg_watches` ADD `line` integer;