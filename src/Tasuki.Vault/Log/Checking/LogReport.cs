namespace Tasuki.Vault.Log.Checking;

/// <summary>What a check of the log found. Every sentence holds numbers and times only.</summary>
internal sealed class LogReport
{
    private const int Most = 1_000;
    private readonly List<string> _findings = [];
    private readonly List<string> _notes = [];

    /// <summary>What is wrong; the first thousand.</summary>
    public IReadOnlyList<string> Findings => _findings;

    /// <summary>What is not wrong and has to be known.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public long Found { get; private set; }

    public long Entries { get; set; }

    public long Groups { get; set; }

    public long Seals { get; set; }

    public long Retired { get; set; }

    public void Add(string finding)
    {
        Found++;
        if (_findings.Count < Most)
            _findings.Add(finding);
    }

    public void Note(string note) => _notes.Add(note);
}
