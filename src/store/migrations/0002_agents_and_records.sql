CREATE TABLE `phone_lines` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`organization_id` integer NOT NULL,
	`number` text NOT NULL,
	`name` text NOT NULL,
	`target_type` text NOT NULL,
	`target` text NOT NULL,
	`recorded` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `phone_lines_number_unique` ON `phone_lines` (`number`);--> statement-breakpoint
CREATE INDEX `phone_lines_organization` ON `phone_lines` (`organization_id`);--> statement-breakpoint
CREATE TABLE `trunks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`organization_id` integer NOT NULL,
	`name` text NOT NULL,
	`proxy` text NOT NULL,
	`username` text NOT NULL,
	`password` text NOT NULL,
	`register` integer NOT NULL,
	`networks` text DEFAULT '[]' NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `trunks_name_unique` ON `trunks` (`name`);--> statement-breakpoint
CREATE INDEX `trunks_organization` ON `trunks` (`organization_id`);--> statement-breakpoint
CREATE TABLE `agent_departments` (
	`agent_row` integer NOT NULL,
	`department_row` integer NOT NULL,
	PRIMARY KEY(`agent_row`, `department_row`),
	FOREIGN KEY (`agent_row`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`department_row`) REFERENCES `departments`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `agent_departments_department` ON `agent_departments` (`department_row`);--> statement-breakpoint
CREATE TABLE `agent_skills` (
	`agent_row` integer NOT NULL,
	`skill` text NOT NULL,
	`level` integer NOT NULL,
	PRIMARY KEY(`agent_row`, `skill`),
	FOREIGN KEY (`agent_row`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `agents` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`organization_id` integer NOT NULL,
	`agent_id` text NOT NULL,
	`extension` text NOT NULL,
	`name` text NOT NULL,
	`ring_timeout_s` integer,
	`wrap_up_s` integer,
	`allowed_prefixes` text,
	`sip_a1` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `agents_agent_unique` ON `agents` (`organization_id`,`agent_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `agents_extension_unique` ON `agents` (`organization_id`,`extension`);--> statement-breakpoint
CREATE TABLE `sip_credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_row` integer NOT NULL,
	`a1` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`agent_row`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sip_credentials_agent` ON `sip_credentials` (`agent_row`,`expires_at`);--> statement-breakpoint
CREATE TABLE `call_legs` (
	`core_uuid` text NOT NULL,
	`channel_uuid` text NOT NULL,
	`call_id` text NOT NULL,
	`node` text NOT NULL,
	`role` text NOT NULL,
	`direction` text NOT NULL,
	`agent_id` text,
	`number` text NOT NULL,
	`started_at` integer NOT NULL,
	`answered_at` integer,
	`ended_at` integer,
	`hangup_cause` text,
	`sip_call_id` text,
	`source` text NOT NULL,
	PRIMARY KEY(`core_uuid`, `channel_uuid`)
);
--> statement-breakpoint
CREATE INDEX `call_legs_call` ON `call_legs` (`call_id`);--> statement-breakpoint
CREATE INDEX `call_legs_channel` ON `call_legs` (`channel_uuid`);--> statement-breakpoint
CREATE INDEX `call_legs_open` ON `call_legs` (`node`,`ended_at`);--> statement-breakpoint
CREATE TABLE `call_records` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` integer,
	`direction` text NOT NULL,
	`from_number` text NOT NULL,
	`to_number` text NOT NULL,
	`department` text,
	`agent_id` text,
	`status` text NOT NULL,
	`started_at` integer NOT NULL,
	`answered_at` integer,
	`ended_at` integer,
	`wait_ms` integer DEFAULT 0 NOT NULL,
	`talk_ms` integer DEFAULT 0 NOT NULL,
	`hold_ms` integer DEFAULT 0 NOT NULL,
	`hangup_cause` text,
	`hung_up_by` text,
	`disposition` text,
	`note` text,
	`node` text NOT NULL,
	`complete` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `call_records_organization` ON `call_records` (`organization_id`,`started_at`);--> statement-breakpoint
CREATE INDEX `call_records_agent` ON `call_records` (`organization_id`,`agent_id`,`started_at`);--> statement-breakpoint
CREATE INDEX `call_records_open` ON `call_records` (`ended_at`);--> statement-breakpoint
CREATE TABLE `call_timeline` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`call_id` text NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`agent_id` text,
	`detail` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `call_timeline_call` ON `call_timeline` (`call_id`,`id`);--> statement-breakpoint
CREATE TABLE `callbacks` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` integer NOT NULL,
	`department` text NOT NULL,
	`number` text NOT NULL,
	`priority` integer DEFAULT 0 NOT NULL,
	`joined_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`due_at` integer NOT NULL,
	`state` text NOT NULL,
	`call_id` text,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `callbacks_waiting` ON `callbacks` (`state`,`due_at`);--> statement-breakpoint
CREATE TABLE `cdr_quarantine` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`origin` text NOT NULL,
	`reason` text NOT NULL,
	`digest` text NOT NULL,
	`content` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cdr_quarantine_digest_unique` ON `cdr_quarantine` (`digest`);--> statement-breakpoint
CREATE TABLE `recordings` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
	`organization_id` integer,
	`node` text NOT NULL,
	`path` text NOT NULL,
	`started_by` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`removed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `recordings_path_unique` ON `recordings` (`node`,`path`);--> statement-breakpoint
CREATE INDEX `recordings_call` ON `recordings` (`call_id`);--> statement-breakpoint
CREATE INDEX `recordings_retention` ON `recordings` (`organization_id`,`ended_at`);--> statement-breakpoint
CREATE TABLE `switch_lives` (
	`core_uuid` text PRIMARY KEY NOT NULL,
	`node` text NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `agents` (`organization_id`, `agent_id`, `extension`, `name`, `created_at`) SELECT `organization_id`, `agent_id`, `extension`, `username`, `created_at` FROM `users` WHERE `organization_id` IS NOT NULL AND `agent_id` IS NOT NULL AND `extension` IS NOT NULL;--> statement-breakpoint
DROP INDEX `users_extension_unique`;--> statement-breakpoint
ALTER TABLE `users` DROP COLUMN `extension`;--> statement-breakpoint
ALTER TABLE `departments` ADD `settings` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `organizations` ADD `away_reasons` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `organizations` ADD `max_outbound_calls` integer;--> statement-breakpoint
ALTER TABLE `organizations` ADD `max_outbound_calls_per_minute` integer;--> statement-breakpoint
ALTER TABLE `organizations` ADD `max_outbound_call_s` integer;--> statement-breakpoint
ALTER TABLE `organizations` ADD `premium_allowed` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `organizations` ADD `recording_retention_days` integer;--> statement-breakpoint
ALTER TABLE `agent_status` ADD `until` integer;--> statement-breakpoint
ALTER TABLE `agent_status` ADD `idle_since` integer;--> statement-breakpoint
ALTER TABLE `agent_status` ADD `department` text;