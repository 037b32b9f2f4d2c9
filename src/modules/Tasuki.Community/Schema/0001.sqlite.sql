-- Inquiries and their history.
CREATE TABLE "inquiry" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_inquiry" PRIMARY KEY,
    "number" TEXT NOT NULL,
    "resident_no" INTEGER NULL,
    "channel" INTEGER NOT NULL,
    "kind" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "received" INTEGER NOT NULL,
    "since" INTEGER NOT NULL,
    "answered" INTEGER NULL,
    "closed" INTEGER NULL,
    "due" TEXT NOT NULL,
    "owner" INTEGER NULL,
    "steps" INTEGER NOT NULL,
    "code_hash" BLOB NULL,
    "wrong_codes" INTEGER NOT NULL,
    "about" BLOB NULL,
    "mac" BLOB NOT NULL
);
CREATE UNIQUE INDEX "IX_inquiry_number" ON "inquiry" ("number");
CREATE INDEX "IX_inquiry_resident_no" ON "inquiry" ("resident_no");
CREATE INDEX "IX_inquiry_state_due" ON "inquiry" ("state", "due");
CREATE TABLE "inquiry_step" (
    "inquiry_no" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "resident_no" INTEGER NULL,
    "at" INTEGER NOT NULL,
    "content" BLOB NOT NULL,
    CONSTRAINT "PK_inquiry_step" PRIMARY KEY ("inquiry_no", "step")
);
CREATE INDEX "IX_inquiry_step_resident_no" ON "inquiry_step" ("resident_no");
