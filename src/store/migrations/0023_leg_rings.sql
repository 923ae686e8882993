ALTER TABLE `call_legs` ADD `ring` text;--> statement-breakpoint
CREATE INDEX `call_legs_ring` ON `call_legs` (`ring`);