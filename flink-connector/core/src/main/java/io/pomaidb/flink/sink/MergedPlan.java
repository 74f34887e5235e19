package io.pomaidb.flink.sink;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.WriteId;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.PlannedWrite;
import io.pomaidb.write.Rerouting;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One write of the parts of a checkpoint. Subtasks plan by themselves, so they may have seen different states of the index.
 *
 * @param planned what holds for all parts
 * @param segments all parts' segments, in the layout of the plan
 */
record MergedPlan(PlannedWrite planned, List<WrittenSegment> segments) {
    static MergedPlan of(PomaiIndex index, PomaiOptions options, List<WrittenPart> parts) throws IOException {
        PlannedWrite first = parts.get(0).planned();
        IndexParameters layout = first.parameters();
        PlannedWrite.Basis basis = first.basis();
        for (WrittenPart part : parts) {
            layout = layout.withSchema(
                    layout.schema().plus(part.planned().parameters().schema()));
            basis = older(index, basis, part.planned().basis());
        }
        var segments = new ArrayList<WrittenSegment>();
        for (WrittenPart part : parts) {
            IndexParameters from = part.planned().parameters();
            segments.addAll(
                    from.routesAs(layout) ? part.segments() : rerouted(index, options, from, layout, part.segments()));
        }
        return new MergedPlan(new PlannedWrite(first.path(), first.mode(), layout, basis, first.columns()), segments);
    }

    IndexWrite toWrite(PomaiOptions options) {
        return IndexWrite.of(planned, options);
    }

    /** What was committed after the older one is news to at least one part. */
    private static PlannedWrite.Basis older(PomaiIndex index, PlannedWrite.Basis left, PlannedWrite.Basis right)
            throws CommitConflictException {
        if (left == null || right == null) {
            return null;
        }
        if (!left.indexId().equals(right.indexId())) {
            throw new CommitConflictException("Cannot commit to index " + index.path()
                    + ": it was replaced by another one while its rows were written (restart the job)");
        }
        return left.version() <= right.version() ? left : right;
    }

    private static List<WrittenSegment> rerouted(
            PomaiIndex index,
            PomaiOptions options,
            IndexParameters from,
            IndexParameters to,
            List<WrittenSegment> segments)
            throws IOException {
        int dim = segments.stream().mapToInt(WrittenSegment::dim).max().orElse(0);
        Snapshot current = index.latestExisting();
        return new Rerouting(index, current.indexId(), WriteId.random(), options)
                .reroute(from.withDim(dim), to.withDim(dim), segments);
    }
}
