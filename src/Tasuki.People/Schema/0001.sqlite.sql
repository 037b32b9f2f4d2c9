CREATE TABLE "account" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_account" PRIMARY KEY,
    "kind" INTEGER NOT NULL,
    "resident_no" INTEGER NULL,
    "handle" BLOB NOT NULL,
    "mac" BLOB NOT NULL,
    "sign_in_token" BLOB NULL,
    "sign_in_name" BLOB NULL,
    "password_hash" TEXT NULL,
    "totp_seed" BLOB NULL,
    "totp_last_step" INTEGER NOT NULL,
    "failed_tries" INTEGER NOT NULL,
    "locked_until" INTEGER NULL,
    "code_tries" INTEGER NOT NULL,
    "created" INTEGER NOT NULL
);
CREATE UNIQUE INDEX "IX_account_handle" ON "account" ("handle");
CREATE INDEX "IX_account_resident_no" ON "account" ("resident_no");
CREATE UNIQUE INDEX "IX_account_sign_in_token" ON "account" ("sign_in_token");

CREATE TABLE "consent" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_consent" PRIMARY KEY,
    "resident_no" INTEGER NOT NULL,
    "given" INTEGER NOT NULL,
    "content" BLOB NOT NULL
);
CREATE INDEX "IX_consent_resident_no" ON "consent" ("resident_no");

CREATE TABLE "cookie_key" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_cookie_key" PRIMARY KEY,
    "xml" BLOB NOT NULL
);

CREATE TABLE "passkey" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_passkey" PRIMARY KEY,
    "account_no" INTEGER NOT NULL,
    "credential_token" BLOB NOT NULL,
    "credential" BLOB NOT NULL,
    "created" INTEGER NOT NULL,
    "last_used" INTEGER NULL
);
CREATE INDEX "IX_passkey_account_no" ON "passkey" ("account_no");
CREATE UNIQUE INDEX "IX_passkey_credential_token" ON "passkey" ("credential_token");

CREATE TABLE "printed_code" (
    "account_no" INTEGER NOT NULL,
    "mac" BLOB NOT NULL,
    "ends" INTEGER NOT NULL,
    "used" INTEGER NULL,
    CONSTRAINT "PK_printed_code" PRIMARY KEY ("account_no", "mac")
);

CREATE TABLE "resident" (
    "resident_no" INTEGER NOT NULL CONSTRAINT "PK_resident" PRIMARY KEY,
    "state" INTEGER NOT NULL,
    "mac" BLOB NOT NULL,
    "profile" BLOB NOT NULL
);

CREATE TABLE "sign_in_session" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_sign_in_session" PRIMARY KEY,
    "account_no" INTEGER NOT NULL,
    "token_hash" BLOB NOT NULL,
    "created" INTEGER NOT NULL,
    "last_seen" INTEGER NOT NULL,
    "ended" INTEGER NULL,
    "device" BLOB NOT NULL
);
CREATE INDEX "IX_sign_in_session_account_no" ON "sign_in_session" ("account_no");
CREATE UNIQUE INDEX "IX_sign_in_session_token_hash" ON "sign_in_session" ("token_hash");

CREATE TABLE "spent_state" (
    "token" BLOB NOT NULL CONSTRAINT "PK_spent_state" PRIMARY KEY,
    "until" INTEGER NOT NULL
);

CREATE TABLE "staff" (
    "account_no" INTEGER NOT NULL CONSTRAINT "PK_staff" PRIMARY KEY,
    "role" INTEGER NOT NULL,
    "mac" BLOB NOT NULL,
    "names" BLOB NOT NULL
);
