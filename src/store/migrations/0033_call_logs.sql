DROP INDEX `call_records_organization`;--> statement-breakpoint
ALTER TABLE `call_records` ADD `from_name` text;--> statement-breakpoint
ALTER TABLE `call_records` ADD `queue_outcome` text;--> statement-breakpoint
CREATE INDEX `call_records_talk` ON `call_records` (`organization_id`,`talk_ms`,`id`);--> statement-breakpoint
CREATE INDEX `call_records_wait` ON `call_records` (`organization_id`,`wait_ms`,`id`);--> statement-breakpoint
CREATE INDEX `call_records_all` ON `call_records` (`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `call_records_all_talk` ON `call_records` (`talk_ms`,`id`);--> statement-breakpoint
CREATE INDEX `call_records_all_wait` ON `call_records` (`wait_ms`,`id`);--> statement-breakpoint
CREATE INDEX `call_records_organization` ON `call_records` (`organization_id`,`started_at`,`id`);--> statement-breakpoint
ALTER TABLE `call_legs` ADD `name` text;--> statement-breakpoint
ALTER TABLE `callbacks` ADD `from_name` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `from_name` text;