DROP INDEX `deliveries_due`;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `claimed_by` text;--> statement-breakpoint
CREATE INDEX `deliveries_due` ON `deliveries` (`claimed_by`,`due_at`);