using System.Diagnostics;
using System.Text.Json;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.FhirInterface;

/// <summary>fhir-kit-client, a client apps are built with, in node against a server over HTTP: every call it has for a resource server.</summary>
public sealed class FhirKitClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Fhir_kit_client_does_everything_it_can_do(StoreKind store)
    {
        var module = Path.Combine(Tree.Root, "web", "node_modules", "fhir-kit-client", "dist", "index.js");
        if (!File.Exists(module))
            Missing.Tool("fhir-kit-client");
        await using var app = await (await ConnectedApp.Start(store)).Connect();
        // The token goes in by the environment: arguments of a program stand open on a machine.
        var start = new ProcessStartInfo("node", ["--input-type=module", "-e", Script]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        (start.Environment["MODULE"], start.Environment["BASE"], start.Environment["TOKEN"], start.Environment["PATIENT"]) = (new Uri(module).AbsoluteUri, new Uri(app.Site, "/fhir").AbsoluteUri, app.Token, app.Patient);
        using var node = Process.Start(start)!;
        var (said, wrong) = (node.StandardOutput.ReadToEndAsync(Cancel), node.StandardError.ReadToEndAsync(Cancel));
        await node.WaitForExitAsync(Cancel);
        Assert.True(node.ExitCode == 0, $"{await said}\n{await wrong}");
        var done = JsonDocument.Parse(await said).RootElement.EnumerateArray().Select(one => one.GetString()!).ToList();
        Assert.Equal(
            [
                "capabilityStatement", "smartAuthMetadata", "create", "read", "vread", "update", "patch", "search", "nextPage", "postSearch", "compartmentSearch", "systemSearch", "resourceHistory", "typeHistory", "systemHistory",
                "batch", "transaction", "operation GET", "operation POST", "delete", "refused",
            ],
            done, StringComparer.Ordinal);
        Assert.Empty(app.Faults.All);
    }

    private const string Script = """
        import assert from 'node:assert';
        const { MODULE, BASE, TOKEN, PATIENT } = process.env;
        const { Client } = await import(MODULE);
        const client = new Client({ baseUrl: BASE, bearerToken: TOKEN });
        const done = [];
        const weight = (value, day) => ({
          resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] }, subject: { reference: `Patient/${PATIENT}` },
          effectiveDateTime: day, valueQuantity: { value, unit: 'kg' },
        });
        const step = async (name, run) => { await run(); done.push(name); };
        const resourceType = 'Observation';
        let made;
        await step('capabilityStatement', async () => {
          const said = await client.capabilityStatement();
          assert.equal(said.resourceType, 'CapabilityStatement');
          assert.ok(said.rest[0].resource.some(one => one.type === resourceType));
        });
        await step('smartAuthMetadata', async () => assert.ok(String((await client.smartAuthMetadata()).tokenUrl).endsWith('/connect/token')));
        await step('create', async () => { made = await client.create({ resourceType, body: weight(61.5, '2026-04-01') }); assert.ok(made.id); });
        await step('read', async () => assert.equal((await client.read({ resourceType, id: made.id })).valueQuantity.value, 61.5));
        await step('vread', async () => assert.equal((await client.vread({ resourceType, id: made.id, version: '1' })).id, made.id));
        await step('update', async () => {
          const changed = await client.update({ resourceType, id: made.id, body: { ...weight(62, '2026-04-01'), id: made.id } });
          assert.equal(changed.meta.versionId, '2');
        });
        await step('patch', async () => {
          const changed = await client.patch({ resourceType, id: made.id, jsonPatch: [{ op: 'replace', path: '/valueQuantity/value', value: 63 }] });
          assert.equal(changed.valueQuantity.value, 63);
        });
        let page;
        await step('search', async () => {
          await client.create({ resourceType, body: weight(60, '2026-03-01') });
          page = await client.search({ resourceType, searchParams: { patient: PATIENT, _count: '1', _sort: '-date' } });
          assert.equal(page.entry[0].resource.id, made.id);
        });
        await step('nextPage', async () => {
          const next = await client.nextPage({ bundle: page });
          assert.equal(next.entry.length, 1);
          assert.notEqual(next.entry[0].resource.id, made.id);
        });
        await step('postSearch', async () => assert.equal((await client.search({ resourceType, searchParams: { code: 'http://loinc.org|29463-7' }, options: { postSearch: true } })).entry.length, 2));
        await step('compartmentSearch', async () => {
          const found = await client.compartmentSearch({ resourceType, compartment: { resourceType: 'Patient', id: PATIENT }, searchParams: { date: 'ge2026-04' } });
          assert.equal(found.entry.length, 1);
        });
        await step('systemSearch', async () => assert.ok((await client.systemSearch({ searchParams: { _type: 'Observation,Patient' } })).entry.length >= 2));
        await step('resourceHistory', async () => assert.equal((await client.resourceHistory({ resourceType, id: made.id })).entry.length, 3));
        await step('typeHistory', async () => assert.equal((await client.typeHistory({ resourceType })).entry.length, 4));
        await step('systemHistory', async () => assert.ok((await client.systemHistory()).entry.length >= 4));
        await step('batch', async () => {
          const said = await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry: [
            { request: { method: 'GET', url: `Observation/${made.id}` } }, { request: { method: 'GET', url: 'Observation/none' } }] } });
          assert.deepEqual(said.entry.map(one => one.response.status.slice(0, 3)), ['200', '404']);
        });
        await step('transaction', async () => {
          const said = await client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry: [
            { resource: weight(59, '2026-02-01'), request: { method: 'POST', url: 'Observation' } }] } });
          assert.ok(said.entry[0].response.status.startsWith('201'));
        });
        await step('operation GET', async () => {
          const all = await client.operation({ name: 'everything', resourceType: 'Patient', id: PATIENT, method: 'GET' });
          assert.ok(all.entry.length >= 4);
          const newest = await client.operation({ name: '$lastn', resourceType, method: 'GET', input: { max: 1 } });
          assert.equal(newest.entry[0].resource.id, made.id);
        });
        await step('operation POST', async () => {
          const said = await client.operation({ name: 'validate', resourceType, input: weight('no number', '2026-02-01') });
          assert.ok(said.issue.some(one => one.severity === 'error'));
          const summary = await client.operation({ name: 'summary', resourceType: 'Patient', id: PATIENT, input: { resourceType: 'Parameters' } });
          assert.equal(summary.entry[0].resource.resourceType, 'Composition');
        });
        await step('delete', async () => {
          await client.delete({ resourceType, id: made.id });
          await assert.rejects(client.read({ resourceType, id: made.id }));
        });
        await step('refused', async () => {
          const stranger = new Client({ baseUrl: BASE });
          await assert.rejects(stranger.search({ resourceType, searchParams: {} }), error => error.response.status === 401 && error.response.data.resourceType === 'OperationOutcome');
        });
        console.log(JSON.stringify(done));
        """;
}
