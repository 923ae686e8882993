ALTER TABLE `agent_status` ADD `after_reason` text;--> statement-breakpoint
ALTER TABLE `agent_status` ADD `next` text;--> statement-breakpoint
ALTER TABLE `agent_status` ADD `next_reason` text;--> statement-breakpoint
ALTER TABLE `agent_status` ADD `next_after` text;