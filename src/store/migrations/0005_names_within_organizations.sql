DROP INDEX `users_username_unique`;--> statement-breakpoint
CREATE UNIQUE INDEX `users_root_unique` ON `users` (lower("username")) WHERE "users"."organization_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_unique` ON `users` (`organization_id`,lower("username"));