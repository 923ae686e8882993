ALTER TABLE `leg_watches` ADD `node` text;--> statement-breakpoint
UPDATE `leg_watches` SET `node` = (SELECT `node` FROM `call_legs` WHERE `channel_uuid` = `leg_watches`.`uuid`);--> statement-breakpoint
UPDATE `leg_watches` SET `node` = (SELECT min(`node`) FROM `node_leases`) WHERE `node` IS NULL AND (SELECT count(*) FROM `node_leases`) = 1;
