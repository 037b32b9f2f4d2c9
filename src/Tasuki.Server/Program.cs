using Tasuki.Server;

var built = await TasukiServer.Build(args, adjust: null, CancellationToken.None);
if (!built.IsOk)
{
    await Console.Error.WriteLineAsync($"Tasuki does not start: {built.Error.Message}");
    return 1;
}

await built.Value.RunAsync();
return 0;
