ALTER TABLE `agent_status` ADD `asked` text;--> statement-breakpoint
ALTER TABLE `agent_status` ADD `call_id` text;