using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Tasuki.Server.Municipalities;

namespace Tasuki.Cli.Demo;

/// <summary>
/// How to sign in as the demo people, kept beside the demo data in clear. Only <c>tasuki demo</c> makes such a file, and a production server refuses the folder.
/// </summary>
internal sealed record DemoAccount(string Who, string SignInName, string Password, string TotpSecret)
{
    private const string FileName = "demo-accounts.json";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static async Task Save(MunicipalityFolder folder, IReadOnlyList<DemoAccount> accounts, CancellationToken cancel) =>
        await File.WriteAllTextAsync(Path.Combine(folder.Data, FileName), JsonSerializer.Serialize(accounts, Json), cancel);

    public static async Task<IReadOnlyList<DemoAccount>> Load(MunicipalityFolder folder, CancellationToken cancel)
    {
        var file = Path.Combine(folder.Data, FileName);
        return File.Exists(file) ? JsonSerializer.Deserialize<List<DemoAccount>>(await File.ReadAllTextAsync(file, cancel), Json)! : [];
    }
}
