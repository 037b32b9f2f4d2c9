-- Staff who sign in at the municipality's own provider, and by which way a session began.
ALTER TABLE sign_in_session ADD COLUMN way smallint NOT NULL DEFAULT 0;

CREATE TABLE staff_binding (
    account_no bigint NOT NULL,
    subject bytea NOT NULL,
    bound timestamp with time zone NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT "PK_staff_binding" PRIMARY KEY (account_no)
);
CREATE UNIQUE INDEX "IX_staff_binding_subject" ON staff_binding (subject);
