using Tasuki.Kernel;

namespace Tasuki.Cli;

/// <summary>Exit codes: 0 done, 1 it could not be done, 2 nothing could be read (convert), 64 wrong usage, 130 stopped.</summary>
internal static class Usage
{
    public const int Wrong = 64;

    private const string Text = """
        usage: tasuki COMMAND

          convert FILE                 any file's records as FHIR NDJSON on standard output; what was skipped, and why, on standard error
          demo [--residents N] [--seed S] [--until DAY]
                                       makes a demo municipality of synthetic residents, the same for the same three
          demo accounts                how to sign in as each demo person, with the one-time code of this moment
          demo files --out FOLDER [--residents N] [--seed S] [--until DAY]
                                       writes synthetic people out as files in every format the importer knows
          municipality add --id ID --name NAME --operator NAME [--host NAME] [--administrator NAME]
                           [--postgres CONNECTION --keys CONNECTION [--log CONNECTION] [--app CONNECTION] [--owner CREDENTIALS]]
                                       makes an empty municipality with its first administrator
          migrate [--owner CREDENTIALS]
                                       brings the tables of a municipality up to date
          database roles [--id ID --postgres CONNECTION --keys CONNECTION [--log CONNECTION] [--app CONNECTION]] [--apply CREDENTIALS]
                                       the SQL that gives each store a PostgreSQL role of its own; with --apply it is run
          database map                 every column of every table and how it is protected, as docs/guide/data-map.md has it
          import FILE --resident NO --operator NAME --reason TEXT
          export --resident NO --operator NAME --reason TEXT --out FILE

        CREDENTIALS are a part of a connection string, such as 'Username=sakura_owner;Passfile=/root/pgpass'.
        Common options: --data FOLDER (data), --ring FOLDER (data.ring), --municipality ID
        """;

    public static async Task<int> Say(TextWriter errors)
    {
        await errors.WriteLineAsync(Text);
        return Wrong;
    }

    public static async Task<int> Say(TextWriter errors, Error error)
    {
        await errors.WriteLineAsync(error.Message);
        return error.Code is "usage" ? Wrong : 1;
    }
}
