using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>Everything a session sees of a person, as the file a person takes out. The module that exports gives it, others hand it on.</summary>
public interface IPersonExport
{
    /// <summary>The file's name without its ending. It says the day and nothing of the person.</summary>
    string Name();

    /// <summary>Writes the ZIP into an answer while it is made.</summary>
    Task Stream(Session session, ResidentProfile person, Stream answer, CancellationToken cancel);
}
