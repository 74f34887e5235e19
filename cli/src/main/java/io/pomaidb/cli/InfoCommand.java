package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.index.EngineParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What an index is, as of its latest version or an earlier one. */
@Command(
        name = "info",
        description = "Shows what an index holds and how it was built.",
        mixinStandardHelpOptions = true)
final class InfoCommand extends IndexCommand {
    @Mixin
    private VersionOption version;

    @Override
    ExitStatus run(PomaiIndex index) throws IOException {
        answer(new Info(index, version.read(index)));
        return ExitStatus.DONE;
    }

    private record Info(PomaiIndex index, Snapshot snapshot) implements Answer {
        private long bytes() {
            return snapshot.segments().stream().mapToLong(Segment::bytes).sum();
        }

        private long tombstones() {
            return snapshot.segments().stream()
                    .mapToLong(segment -> segment.tombstones().count())
                    .sum();
        }

        private String shardedBy() {
            return snapshot.parameters().routing().isByCluster() ? "cluster" : "hash";
        }

        private Map<String, Long> transactions() {
            return new TreeMap<>(snapshot.transactions());
        }

        private long mostSegmentsOfAShard() {
            var counts = new TreeMap<Integer, Long>();
            snapshot.segments().forEach(segment -> counts.merge(segment.shard(), 1L, Long::sum));
            return counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
        }

        @Override
        public void text(PrintWriter out) {
            EngineParameters engine = snapshot.parameters().engine();
            line(out, "index", index.path().toString());
            line(out, "index id", snapshot.indexId().toString());
            line(
                    out,
                    "version",
                    snapshot.version() + ", " + snapshot.operation() + " of " + Units.time(snapshot.timestampMillis()));
            line(
                    out,
                    "id column",
                    snapshot.schema().idColumn() + ", "
                            + snapshot.schema().idType().typeName());
            line(
                    out,
                    "vectors",
                    snapshot.schema().vectorColumn() + ", "
                            + (snapshot.dim() == 0 ? "dim not known yet" : "dim " + snapshot.dim()) + ", metric "
                            + snapshot.metric().optionName());
            line(
                    out,
                    "rows",
                    Units.count(snapshot.rows()) + " stored, those that newer ones replace included; "
                            + Units.count(tombstones()) + " deletions");
            line(
                    out,
                    "segments",
                    Units.count(snapshot.segments().size()) + " in " + snapshot.shards() + " shards by " + shardedBy()
                            + ", at most " + mostSegmentsOfAShard() + " in one; " + Units.bytes(bytes()));
            line(
                    out,
                    "built with",
                    "hnsw_m " + engine.hnswM() + ", hnsw_ef_construction " + engine.hnswEfConstruction()
                            + ", hnsw_ef_search " + engine.hnswEfSearch() + ", adaptive_threshold "
                            + engine.adaptiveThreshold());
            new TreeMap<>(snapshot.tags()).forEach((tag, tagged) -> line(out, "tag", tag + " is version " + tagged));
            transactions().forEach((application, last) -> line(out, "stream", application + " has committed " + last));
        }

        private static void line(PrintWriter out, String name, String value) {
            out.printf("%-10s %s%n", name, Printable.of(value));
        }

        @Override
        public void json(JsonGenerator json) throws IOException {
            EngineParameters engine = snapshot.parameters().engine();
            json.writeStringField("path", index.path().toString());
            json.writeStringField("index_id", snapshot.indexId().toString());
            json.writeNumberField("version", snapshot.version());
            json.writeStringField("operation", snapshot.operation());
            json.writeNumberField("timestamp", snapshot.timestampMillis());
            json.writeStringField("id_column", snapshot.schema().idColumn());
            json.writeStringField("id_type", snapshot.schema().idType().typeName());
            json.writeStringField("vector_column", snapshot.schema().vectorColumn());
            json.writeNumberField("dim", snapshot.dim());
            json.writeStringField("metric", snapshot.metric().optionName());
            json.writeNumberField("rows", snapshot.rows());
            json.writeNumberField("deletions", tombstones());
            json.writeNumberField("segments", snapshot.segments().size());
            json.writeNumberField("shards", snapshot.shards());
            json.writeStringField("shard_by", shardedBy());
            json.writeNumberField("most_segments_of_a_shard", mostSegmentsOfAShard());
            json.writeNumberField("bytes", bytes());
            json.writeNumberField("hnsw_m", engine.hnswM());
            json.writeNumberField("hnsw_ef_construction", engine.hnswEfConstruction());
            json.writeNumberField("hnsw_ef_search", engine.hnswEfSearch());
            json.writeNumberField("adaptive_threshold", engine.adaptiveThreshold());
            json.writeObjectFieldStart("tags");
            for (var tag : new TreeMap<>(snapshot.tags()).entrySet()) {
                json.writeNumberField(tag.getKey(), tag.getValue());
            }
            json.writeEndObject();
            json.writeObjectFieldStart("transactions");
            for (var transaction : transactions().entrySet()) {
                json.writeNumberField(transaction.getKey(), transaction.getValue());
            }
            json.writeEndObject();
        }
    }
}
