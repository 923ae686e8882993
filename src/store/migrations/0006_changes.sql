CREATE TABLE `changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`organization_id` integer,
	`agent_id` text,
	`agent_row` integer,
	`jti` text
);
--> statement-breakpoint
CREATE TRIGGER `changes_bound` AFTER INSERT ON `changes`
BEGIN DELETE FROM `changes` WHERE `id` <= NEW.`id` - 10000; END;
--> statement-breakpoint
CREATE TRIGGER `organizations_changed_by_insert` AFTER INSERT ON `organizations`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `organizations_changed_by_update` AFTER UPDATE ON `organizations`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `organizations_changed_by_delete` AFTER DELETE ON `organizations`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `departments_changed_by_insert` AFTER INSERT ON `departments`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `departments_changed_by_update` AFTER UPDATE ON `departments`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `departments_changed_by_delete` AFTER DELETE ON `departments`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `phone_lines_changed_by_insert` AFTER INSERT ON `phone_lines`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `phone_lines_changed_by_update` AFTER UPDATE ON `phone_lines`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `phone_lines_changed_by_delete` AFTER DELETE ON `phone_lines`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `trunks_changed_by_insert` AFTER INSERT ON `trunks`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `trunks_changed_by_update` AFTER UPDATE ON `trunks`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `trunks_changed_by_delete` AFTER DELETE ON `trunks`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `agents_changed_by_insert` AFTER INSERT ON `agents`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) VALUES ('agent', NEW.`organization_id`, NEW.`agent_id`, NEW.`id`); END;
--> statement-breakpoint
CREATE TRIGGER `agents_changed_by_update` AFTER UPDATE ON `agents` WHEN NEW.`agent_id` IS OLD.`agent_id` AND NEW.`organization_id` IS OLD.`organization_id`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) VALUES ('agent', NEW.`organization_id`, NEW.`agent_id`, NEW.`id`); END;
--> statement-breakpoint
CREATE TRIGGER `agents_moved` AFTER UPDATE ON `agents` WHEN NEW.`agent_id` IS NOT OLD.`agent_id` OR NEW.`organization_id` IS NOT OLD.`organization_id`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `agents_changed_by_delete` AFTER DELETE ON `agents`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) VALUES ('agent', OLD.`organization_id`, OLD.`agent_id`, OLD.`id`); END;
--> statement-breakpoint
CREATE TRIGGER `agent_departments_changed_by_insert` AFTER INSERT ON `agent_departments`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) SELECT 'agent', `organization_id`, `agent_id`, `id` FROM `agents` WHERE `id` = NEW.`agent_row`; END;
--> statement-breakpoint
CREATE TRIGGER `agent_departments_changed_by_update` AFTER UPDATE ON `agent_departments`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) SELECT 'agent', `organization_id`, `agent_id`, `id` FROM `agents` WHERE `id` = NEW.`agent_row`; END;
--> statement-breakpoint
CREATE TRIGGER `agent_departments_changed_by_delete` AFTER DELETE ON `agent_departments`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) SELECT 'agent', `organization_id`, `agent_id`, `id` FROM `agents` WHERE `id` = OLD.`agent_row`; END;
--> statement-breakpoint
CREATE TRIGGER `agent_skills_changed_by_insert` AFTER INSERT ON `agent_skills`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) SELECT 'agent', `organization_id`, `agent_id`, `id` FROM `agents` WHERE `id` = NEW.`agent_row`; END;
--> statement-breakpoint
CREATE TRIGGER `agent_skills_changed_by_update` AFTER UPDATE ON `agent_skills`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) SELECT 'agent', `organization_id`, `agent_id`, `id` FROM `agents` WHERE `id` = NEW.`agent_row`; END;
--> statement-breakpoint
CREATE TRIGGER `agent_skills_changed_by_delete` AFTER DELETE ON `agent_skills`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) SELECT 'agent', `organization_id`, `agent_id`, `id` FROM `agents` WHERE `id` = OLD.`agent_row`; END;
--> statement-breakpoint
CREATE TRIGGER `users_changed_by_insert` AFTER INSERT ON `users`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) SELECT iif(count(*) = 0, 'accounts', 'agent'), NEW.`organization_id`, NEW.`agent_id`, max(`id`) FROM `agents` WHERE `organization_id` = NEW.`organization_id` AND `agent_id` = NEW.`agent_id`; END;
--> statement-breakpoint
CREATE TRIGGER `users_changed_by_update` AFTER UPDATE ON `users` WHEN NEW.`agent_id` IS OLD.`agent_id` AND NEW.`organization_id` IS OLD.`organization_id`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) SELECT iif(count(*) = 0, 'accounts', 'agent'), NEW.`organization_id`, NEW.`agent_id`, max(`id`) FROM `agents` WHERE `organization_id` = NEW.`organization_id` AND `agent_id` = NEW.`agent_id`; END;
--> statement-breakpoint
CREATE TRIGGER `users_moved` AFTER UPDATE ON `users` WHEN NEW.`agent_id` IS NOT OLD.`agent_id` OR NEW.`organization_id` IS NOT OLD.`organization_id`
BEGIN INSERT INTO `changes` (`kind`) VALUES ('accounts'); END;
--> statement-breakpoint
CREATE TRIGGER `users_changed_by_delete` AFTER DELETE ON `users`
BEGIN INSERT INTO `changes` (`kind`, `organization_id`, `agent_id`, `agent_row`) SELECT iif(count(*) = 0, 'accounts', 'agent'), OLD.`organization_id`, OLD.`agent_id`, max(`id`) FROM `agents` WHERE `organization_id` = OLD.`organization_id` AND `agent_id` = OLD.`agent_id`; END;
--> statement-breakpoint
CREATE TRIGGER `tokens_changed_by_insert` AFTER INSERT ON `tokens`
BEGIN INSERT INTO `changes` (`kind`, `jti`) VALUES ('token', NEW.`jti`); END;
--> statement-breakpoint
CREATE TRIGGER `sip_credentials_changed_by_insert` AFTER INSERT ON `sip_credentials`
BEGIN INSERT INTO `changes` (`kind`, `agent_row`) VALUES ('credentials', NEW.`agent_row`); END;
--> statement-breakpoint
CREATE TRIGGER `tokens_changed_by_update` AFTER UPDATE ON `tokens`
BEGIN INSERT INTO `changes` (`kind`, `jti`) VALUES ('token', NEW.`jti`); END;
--> statement-breakpoint
CREATE TRIGGER `sip_credentials_changed_by_update` AFTER UPDATE ON `sip_credentials`
BEGIN INSERT INTO `changes` (`kind`, `agent_row`) VALUES ('credentials', NEW.`agent_row`); END;
--> statement-breakpoint
CREATE TRIGGER `tokens_changed_by_delete` AFTER DELETE ON `tokens`
BEGIN INSERT INTO `changes` (`kind`, `jti`) VALUES ('token', OLD.`jti`); END;
--> statement-breakpoint
CREATE TRIGGER `sip_credentials_changed_by_delete` AFTER DELETE ON `sip_credentials`
BEGIN INSERT INTO `changes` (`kind`, `agent_row`) VALUES ('credentials', OLD.`agent_row`); END;
