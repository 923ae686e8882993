CREATE INDEX `call_legs_agent` ON `call_legs` (`agent_id`,`call_id`) WHERE "call_legs"."role" = 'agent' and "call_legs"."answered_at" is not null;--> statement-breakpoint
CREATE INDEX `recordings_list` ON `recordings` (`organization_id`,`started_at`,`id`,`removed_at`);--> statement-breakpoint
CREATE INDEX `recordings_started` ON `recordings` (`started_at`,`id`);