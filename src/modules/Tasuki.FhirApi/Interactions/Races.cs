using Tasuki.Kernel;

namespace Tasuki.FhirApi.Interactions;

/// <summary>
/// Changes that another request forestalls between their planning and their writing. They are planned again, on what stands by then: a caller who asked for no version is not
/// told of one, and one who did hears it from the next planning (412). After some tries the answer is 409.
/// </summary>
internal static class Races
{
    /// <summary>Of one record: as many as change it at one moment, each in its turn.</summary>
    public const int Tries = 16;

    /// <summary>Of a whole transaction, whose planning may be long.</summary>
    public const int TriesOfMany = 5;

    public static readonly Error Contended = new("change.contended", "The record is being changed by others again and again, so this was not done: ask once more.");

    /// <param name="error">Of the writing, and not of the planning, where the same says what the caller asked for.</param>
    public static bool IsLost(Error? error) => error is { Code: "change.version" };

    /// <param name="once">Plans and writes; null when another was faster.</param>
    public static async Task<Answer> Won(Func<Task<Answer?>> once)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            if (await once() is { } answer)
                return answer;
        }

        return Failures.Answer(Contended);
    }
}
