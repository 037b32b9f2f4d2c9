CREATE TABLE "inbox_message" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_inbox_message" PRIMARY KEY,
    "resident_no" INTEGER NOT NULL,
    "key" BLOB NOT NULL,
    "sent" INTEGER NOT NULL,
    "read" INTEGER NULL,
    "content" BLOB NOT NULL
);
CREATE UNIQUE INDEX "IX_inbox_message_resident_no_key" ON "inbox_message" ("resident_no", "key");
