using System.Text.Json;

namespace Tasuki.Compliance.Probes;

/// <summary>What the machine says of itself, in files every user may read. A test gives another root.</summary>
internal class HostFacts(string root = "/")
{
    private static readonly string[] PackageLists = ["var/lib/dpkg/status", "var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite", "lib/apk/db/installed"];

    private static readonly (string Mark, string Name)[] Clouds =
    [
        ("Amazon", "AWS"), ("Google", "Google Cloud"), ("Microsoft", "Azure"), ("OracleCloud", "Oracle Cloud"), ("Alibaba", "Alibaba Cloud"), ("SAKURA", "さくらのクラウド"),
    ];

    /// <summary>Major and minor of the runtime this program runs on.</summary>
    public virtual string Runtime => $"{Environment.Version.Major}.{Environment.Version.Minor}";

    /// <summary>Such as <c>debian 12</c>; null where the machine does not say.</summary>
    public string? System
    {
        get
        {
            var file = Path.Combine(root, "etc/os-release");
            if (!File.Exists(file))
                return null;
            var lines = File.ReadAllLines(file).Select(l => l.Split('=', 2)).Where(l => l.Length == 2).ToList();
            return Named("ID") is { } id ? $"{id} {Named("VERSION_ID")}".TrimEnd() : null;

            string? Named(string name) => lines.Find(l => l[0] == name)?[1].Trim('"', '\'');
        }
    }

    /// <summary>When a package was last installed or renewed; null where no list of packages is found.</summary>
    public DateTimeOffset? Renewed => PackageLists.Select(l => Path.Combine(root, l)).Where(File.Exists).Select(f => (DateTimeOffset?)new DateTimeOffset(File.GetLastWriteTimeUtc(f))).Max();

    /// <summary>Since when a renewed kernel or library waits for the machine to start anew; null when none does.</summary>
    public DateTimeOffset? RestartWaits => new FileInfo(Path.Combine(root, "run/reboot-required")) is { Exists: true } mark ? new DateTimeOffset(mark.LastWriteTimeUtc) : null;

    /// <summary>The maker of a cloud this machine stands in, by its board's name; null for a machine that names none of them.</summary>
    public string? Cloud
    {
        get
        {
            var file = Path.Combine(root, "sys/class/dmi/id/sys_vendor");
            var vendor = File.Exists(file) ? File.ReadAllText(file).Trim() : "";
            return Clouds.FirstOrDefault(c => vendor.Contains(c.Mark, StringComparison.OrdinalIgnoreCase)).Name;
        }
    }

    /// <summary>The region a cloud told this machine when it started, as cloud-init wrote it down; null where it did not.</summary>
    public string? Region
    {
        get
        {
            var file = Path.Combine(root, "run/cloud-init/instance-data.json");
            try
            {
                using var said = File.Exists(file) ? JsonDocument.Parse(File.ReadAllBytes(file)) : null;
                return said is not null && said.RootElement.TryGetProperty("v1", out var first) && first.TryGetProperty("region", out var region) && region.ValueKind is JsonValueKind.String
                    && region.GetString() is { Length: > 0 and <= 40 } name ? name : null;
            }
            catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }
}
