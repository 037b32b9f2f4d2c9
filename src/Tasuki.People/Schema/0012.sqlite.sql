-- Who invited a member of staff, and who vouched for them since.
CREATE TABLE "staff_origin" (
    "account_no" INTEGER NOT NULL CONSTRAINT "PK_staff_origin" PRIMARY KEY,
    "invited_by" INTEGER NOT NULL,
    "invited" INTEGER NOT NULL,
    "vouched_by" INTEGER NULL,
    "vouched" INTEGER NULL,
    "mac" BLOB NOT NULL
);
