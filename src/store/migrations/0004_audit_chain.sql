CREATE TABLE `audit_head` (
	`id` integer PRIMARY KEY NOT NULL,
	`last_id` integer NOT NULL,
	`last_hash` text NOT NULL,
	`pruned_id` integer NOT NULL,
	`pruned_hash` text NOT NULL,
	`chaining` integer NOT NULL,
	`retention_days` integer,
	`prune_daily` integer NOT NULL,
	`mac` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `audit_log` ADD `hash` text;
--> statement-breakpoint
DROP TRIGGER `audit_log_no_update`;
--> statement-breakpoint
DROP TRIGGER `audit_log_no_delete`;
--> statement-breakpoint
CREATE TRIGGER `audit_log_no_update` BEFORE UPDATE ON `audit_log`
WHEN OLD.`hash` IS NOT NULL OR NEW.`hash` IS NULL OR NEW.`id` IS NOT OLD.`id` OR NEW.`at` IS NOT OLD.`at` OR NEW.`organization_id` IS NOT OLD.`organization_id` OR NEW.`actor` IS NOT OLD.`actor` OR NEW.`action` IS NOT OLD.`action` OR NEW.`target` IS NOT OLD.`target` OR NEW.`detail` IS NOT OLD.`detail`
BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_log_no_delete` BEFORE DELETE ON `audit_log`
WHEN OLD.`id` > coalesce((SELECT `pruned_id` FROM `audit_head` WHERE `id` = 1), 0)
BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END;
