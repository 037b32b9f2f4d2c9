-- Who invited a member of staff, and who vouched for them since.
CREATE TABLE staff_origin (
    account_no bigint NOT NULL,
    invited_by bigint NOT NULL,
    invited timestamp with time zone NOT NULL,
    vouched_by bigint,
    vouched timestamp with time zone,
    mac bytea NOT NULL,
    CONSTRAINT "PK_staff_origin" PRIMARY KEY (account_no)
);
