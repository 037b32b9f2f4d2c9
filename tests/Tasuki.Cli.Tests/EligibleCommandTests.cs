using static Tasuki.Cli.Tests.TasukiProcess;

namespace Tasuki.Cli.Tests;

/// <summary><c>tasuki eligible import</c>: the municipality's list at the command line.</summary>
public sealed class EligibleCommandTests : IDisposable
{
    private const string Headings = "宛名番号,氏名,氏名カナ,生年月日\n";

    private static readonly string[] Who = ["--operator", "係 太郎", "--reason", "the list of the year"];

    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-eligible-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string[] Places => ["--data", Path.Combine(_folder, "data"), "--ring", Path.Combine(_folder, "ring")];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_list_is_looked_at_taken_over_once_and_refused_with_line_and_reason()
    {
        var made = await Run(["demo", "--residents", "2", .. Places]);
        Assert.True(made.Code == 0, made.Errors);
        var list = await Write("list.csv", $"{Headings}1,走野 一,ハシノ ハジメ,S25.4.1\n2,走野 二,ハシノ ジロウ,\n");
        Assert.Equal(64, (await Run(["eligible", "import", list, .. Places])).Code);
        Assert.Equal(64, (await Run(["eligible", "export", list, .. Who, .. Places])).Code);
        Assert.Equal((1, $"There is no file {_folder}/none.csv.\n"), await Errors(Path.Combine(_folder, "none.csv")));

        var look = await Run(["eligible", "import", list, "--look", "yes", .. Who, .. Places]);
        Assert.Equal((0, "1 new, 0 changed, 0 the same, 0 doubled, 1 refused; nothing was taken over\n", "line 3: birth-missing\n"), (look.Code, look.Output, look.Errors));
        Assert.Equal("1 new, 0 changed, 0 the same, 0 doubled, 1 refused\n", (await Run(["eligible", "import", list, .. Who, .. Places])).Output);
        Assert.Equal("0 new, 0 changed, 1 the same, 0 doubled, 1 refused\n", (await Run(["eligible", "import", list, .. Who, .. Places])).Output);

        var (code, words) = await Errors(await Write("numbers.csv", "宛名番号,氏名,氏名カナ,生年月日,個人番号\n1,走野 一,ハシノ ハジメ,S25.4.1,123456789018\n"));
        Assert.Equal((1, "Column 5 holds My Numbers. Nothing of the list was kept; take the column out.\n"), (code, words));
        Assert.Equal((1, "The first line must name these columns: 生年月日.\n"), await Errors(await Write("short.csv", "宛名番号,氏名,氏名カナ\n1,走野 一,ハシノ ハジメ\n")));
        Assert.True((await Run(["verify-log", .. Places])).Code == 0);
    }

    private async Task<(int Code, string Words)> Errors(string path)
    {
        var run = await Run(["eligible", "import", path, .. Who, .. Places]);
        return (run.Code, run.Errors);
    }

    private async Task<string> Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, text, Cancel);
        return path;
    }
}
