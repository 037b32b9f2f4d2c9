-- Apps: the register, what people connected, and the tokens given out.
CREATE TABLE "smart_app" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_smart_app" PRIMARY KEY,
    "kind" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "registered" INTEGER NOT NULL,
    "registered_by" INTEGER NULL,
    "checked_by" INTEGER NULL,
    "decided_by" INTEGER NULL,
    "changed" INTEGER NOT NULL,
    "content" BLOB NOT NULL,
    "mac" BLOB NOT NULL
);

CREATE TABLE "smart_connection" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_smart_connection" PRIMARY KEY,
    "app_no" INTEGER NOT NULL,
    "account_no" INTEGER NOT NULL,
    "resident_no" INTEGER NULL,
    "grant_no" INTEGER NULL,
    "entry_grant_no" INTEGER NULL,
    "session_no" INTEGER NULL,
    "created" INTEGER NOT NULL,
    "until" INTEGER NOT NULL,
    "ended" INTEGER NULL,
    "last_used" INTEGER NULL,
    "stamp" BLOB NOT NULL,
    "content" BLOB NOT NULL,
    "mac" BLOB NOT NULL
);
CREATE INDEX "IX_smart_connection_account_no" ON "smart_connection" ("account_no");
CREATE INDEX "IX_smart_connection_app_no" ON "smart_connection" ("app_no");
CREATE INDEX "IX_smart_connection_resident_no" ON "smart_connection" ("resident_no");

CREATE TABLE "smart_key" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_smart_key" PRIMARY KEY,
    "wrapped" BLOB NOT NULL
);

CREATE TABLE "smart_launch" (
    "token" BLOB NOT NULL CONSTRAINT "PK_smart_launch" PRIMARY KEY,
    "app_no" INTEGER NOT NULL,
    "account_no" INTEGER NOT NULL,
    "resident_no" INTEGER NOT NULL,
    "until" INTEGER NOT NULL,
    "mac" BLOB NOT NULL
);

CREATE TABLE "smart_token" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_smart_token" PRIMARY KEY,
    "app_no" INTEGER NULL,
    "connection_no" INTEGER NULL,
    "resident_no" INTEGER NULL,
    "subject" INTEGER NULL,
    "type" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "created" INTEGER NULL,
    "expires" INTEGER NULL,
    "redeemed" INTEGER NULL,
    "reference" BLOB NULL,
    "payload" BLOB NULL,
    "mac" BLOB NOT NULL
);
CREATE INDEX "IX_smart_token_connection_no" ON "smart_token" ("connection_no");
CREATE INDEX "IX_smart_token_expires" ON "smart_token" ("expires");
CREATE UNIQUE INDEX "IX_smart_token_reference" ON "smart_token" ("reference");
