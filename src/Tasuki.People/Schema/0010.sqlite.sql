-- Which change of the municipality's list the account's details follow, and since when the person is found at the counter by what they are found by.
ALTER TABLE "resident" ADD COLUMN "facts_of" INTEGER NULL;
ALTER TABLE "resident" ADD COLUMN "found_by_since" INTEGER NULL;
