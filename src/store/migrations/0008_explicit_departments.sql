ALTER TABLE `agents` ADD `all_departments` integer DEFAULT false NOT NULL;--> statement-breakpoint
-- Who was in no department saw who waits in all of them: that stays, in words of its own.
UPDATE `agents` SET `all_departments` = 1 WHERE `id` NOT IN (SELECT `agent_row` FROM `agent_departments`);
