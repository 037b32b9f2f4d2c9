using System.Text;
using Npgsql;
using Tasuki.Kernel;

namespace Tasuki.Vault.Store;

/// <summary>What a database administrator runs in one database so that each store has a role of its own.</summary>
/// <param name="Connection">A connection string of the database, as the stores' settings name it.</param>
/// <param name="Database">Its name, for people.</param>
public sealed record RoleScript(string Connection, string Database, string Sql);

/// <summary>
/// The PostgreSQL roles of one municipality: <c>ID_vault</c>, <c>ID_keys</c>, <c>ID_log</c>, <c>ID_app</c> for the running server, each with its own tables and
/// no other's, and <c>ID_owner</c>, under which tables are made. The log's role can add and read, nothing else. Running a script again changes nothing.
/// </summary>
public static class PostgresRoles
{
    private const string Owner = "owner";

    private static readonly Place[] Places =
    [
        new("vault", "vault", "select, insert, update, delete"),
        new("keys", "keys", "select, insert, update, delete"),
        new("log", "log", "select, insert"),
        new("app", "public", "select, insert, update, delete"),
    ];

    public static string Name(MunicipalityId id, string store) => $"{id}_{store}";

    /// <summary>One script for each database the four connection strings name. Error <c>roles.connection</c>: one of them is not readable or names no database.</summary>
    public static Result<IReadOnlyList<RoleScript>> Scripts(MunicipalityId id, string records, string keys, string log, string app)
    {
        var stores = new List<(NpgsqlConnectionStringBuilder Text, Place Place)>();
        foreach (var (connection, place) in new[] { records, keys, log, app }.Zip(Places))
        {
            if (Read(connection) is not { Database.Length: > 0 } text)
                return new Error("roles.connection", $"The connection of '{place.Store}' is not a PostgreSQL connection string that names a Database.");
            stores.Add((text, place));
        }

        return Result.Of<IReadOnlyList<RoleScript>>(
        [
            .. stores.GroupBy(s => (s.Text.Host, s.Text.Port, s.Text.Database))
                .Select(database => new RoleScript(database.First().Text.ConnectionString, database.Key.Database!, Script(id, database.Key.Database!, [.. database.Select(s => s.Place)]))),
        ]);
    }

    /// <summary>The same place with the user, password or password file that <paramref name="credentials"/> names.</summary>
    public static Result<string> As(string connection, string credentials)
    {
        if (Read(connection) is not { } text || Read(credentials) is not { Username.Length: > 0 } other)
            return new Error("roles.connection", "Credentials are a part of a PostgreSQL connection string with a Username, such as 'Username=NAME;Passfile=FILE'.");
        (text.Username, text.Password, text.Passfile) = (other.Username, other.Password, other.Passfile);
        return text.ConnectionString;
    }

    /// <summary>Runs a script. Error <c>roles.failed</c> with PostgreSQL's own code.</summary>
    public static async Task<Result<Done>> Run(RoleScript script, string credentials, CancellationToken cancel)
    {
        var connection = As(script.Connection, credentials);
        if (!connection.IsOk)
            return connection.Error;
        try
        {
            await using var opened = new NpgsqlConnection(connection.Value);
            await opened.OpenAsync(cancel);
            await using var command = new NpgsqlCommand(script.Sql, opened);
            await command.ExecuteNonQueryAsync(cancel);
            return Done.Yes;
        }
        catch (NpgsqlException failed)
        {
            return new Error("roles.failed", $"The roles could not be made in '{script.Database}' ({failed.SqlState ?? "no connection"}). It needs a superuser, or a role that may create roles and owns the database.");
        }
    }

    private static string Script(MunicipalityId id, string database, IReadOnlyList<Place> here)
    {
        var (name, owner) = (Quoted(database), Quoted(Name(id, Owner)));
        var sql = new StringBuilder();
        sql.Append($"-- {id} in database {name.Replace("\n", " ", StringComparison.Ordinal)}. Passwords are set apart, with \\password in psql.\nbegin;\n");
        // Roles are the whole server's: two databases of one municipality may be set up at once.
        sql.Append("select pg_advisory_xact_lock(hashtext('tasuki roles'));\n");
        foreach (var role in Places.Select(p => p.Store).Append(Owner).Select(store => Name(id, store)))
        {
            sql.Append($"do $$ begin if not exists (select from pg_roles where rolname = '{role}') then create role {Quoted(role)}; end if; end $$;\n");
            sql.Append($"alter role {Quoted(role)} with login nosuperuser nocreatedb nocreaterole noinherit noreplication nobypassrls;\n");
        }

        sql.Append($"revoke all on database {name} from public;\n");
        sql.Append($"grant connect, create on database {name} to {owner};\n");
        sql.Append("revoke all on schema public from public;\n");
        foreach (var place in here)
            Append(sql, place, name, Quoted(Name(id, place.Store)), owner);
        return sql.Append("commit;\n").ToString();
    }

    private static void Append(StringBuilder sql, Place place, string database, string role, string owner)
    {
        if (place.Schema is not "public")
            sql.Append($"create schema if not exists {place.Schema};\n");
        sql.Append($"alter schema {place.Schema} owner to {owner};\n");
        // Tables that were made before the roles.
        sql.Append($"""
            do $$ declare one regclass; begin
              for one in select oid from pg_class where relnamespace = '{place.Schema}'::regnamespace and relkind in ('r', 'p') loop
                execute format('alter table %s owner to {owner}', one);
              end loop;
            end $$;

            """);
        sql.Append($"grant connect on database {database} to {role};\n");
        sql.Append($"grant usage on schema {place.Schema} to {role};\n");
        sql.Append($"revoke all on all tables in schema {place.Schema} from public, {role};\n");
        sql.Append($"grant {place.Rights} on all tables in schema {place.Schema} to {role};\n");
        sql.Append($"alter default privileges for role {owner} in schema {place.Schema} revoke all on tables from {role};\n");
        sql.Append($"alter default privileges for role {owner} in schema {place.Schema} grant {place.Rights} on tables to {role};\n");
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static NpgsqlConnectionStringBuilder? Read(string connection)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connection);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private sealed record Place(string Store, string Schema, string Rights);
}
