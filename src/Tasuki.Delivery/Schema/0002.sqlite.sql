CREATE TABLE "channel" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_channel" PRIMARY KEY,
    "resident_no" INTEGER NOT NULL,
    "kind" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "language" INTEGER NOT NULL,
    "address" BLOB NOT NULL,
    "created" INTEGER NOT NULL,
    "check_ends" INTEGER NULL,
    "check_tries" INTEGER NOT NULL,
    "failures" INTEGER NOT NULL,
    "failing_since" INTEGER NULL,
    "quiet_from" INTEGER NOT NULL,
    "quiet_until" INTEGER NOT NULL,
    "mac" BLOB NOT NULL
);
CREATE INDEX "IX_channel_resident_no" ON "channel" ("resident_no");
CREATE TABLE "delivery" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_delivery" PRIMARY KEY,
    "resident_no" INTEGER NOT NULL,
    "channel_no" INTEGER NOT NULL,
    "kind" INTEGER NOT NULL,
    "check" INTEGER NOT NULL,
    "message" BLOB NOT NULL,
    "urgent" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "claim" INTEGER NULL,
    "created" INTEGER NOT NULL,
    "due" INTEGER NOT NULL,
    "handed_over" INTEGER NULL,
    "last_error" TEXT NULL
);
CREATE UNIQUE INDEX "IX_delivery_resident_no_message_channel_no" ON "delivery" ("resident_no", "message", "channel_no");
CREATE INDEX "IX_delivery_kind_state_due" ON "delivery" ("kind", "state", "due");
CREATE INDEX "IX_delivery_created" ON "delivery" ("created");
CREATE TABLE "push_key" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_push_key" PRIMARY KEY,
    "private_key" BLOB NOT NULL
);
