CREATE TABLE `node_leases` (
	`node` text PRIMARY KEY NOT NULL,
	`owner_id` text,
	`owner_name` text NOT NULL,
	`owner_mark` text,
	`epoch` integer NOT NULL,
	`renewals` integer NOT NULL,
	`expires_at` integer NOT NULL
);
