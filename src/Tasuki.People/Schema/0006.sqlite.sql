-- Staff who sign in at the municipality's own provider, and by which way a session began.
ALTER TABLE "sign_in_session" ADD COLUMN "way" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "staff_binding" (
    "account_no" INTEGER NOT NULL CONSTRAINT "PK_staff_binding" PRIMARY KEY,
    "subject" BLOB NOT NULL,
    "bound" INTEGER NOT NULL,
    "mac" BLOB NOT NULL
);
CREATE UNIQUE INDEX "IX_staff_binding_subject" ON "staff_binding" ("subject");
