package io.pomaidb.flink.sink;

import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.payload.KeyCollisions;
import io.pomaidb.payload.PayloadFile;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Holds the string keys of a part against those of the parts before it in the same checkpoint. A writer compares rows with each
 * other and with the index, and a commit with what others have committed; parts of one checkpoint meet in neither.
 */
final class PartKeys {
    private PartKeys() {}

    /**
     * Does nothing where ids are numbers.
     *
     * @throws io.pomaidb.error.DataException if the part has a key with the id of another key; it names both
     */
    static void check(PomaiIndex index, WrittenPart part, List<WrittenPart> before) throws IOException {
        IndexParameters parameters = part.planned().parameters();
        if (parameters.schema().idType() != IdType.STRING) {
            return;
        }
        for (WrittenSegment written : part.segments()) {
            Optional<PayloadFile> file = index.payload(written.segment());
            if (file.isPresent()) {
                KeyCollisions.check(
                        parameters.schema().payloadSchema(),
                        file.get(),
                        older(index, parameters, written.segment().shard(), before));
            }
        }
    }

    /** The files that may have a key of the shard: what was written to other shards since may have any. */
    private static List<PayloadFile> older(
            PomaiIndex index, IndexParameters parameters, int shard, List<WrittenPart> before) {
        var files = new ArrayList<PayloadFile>();
        for (WrittenPart part : before) {
            boolean everywhere = parameters.routing().isByCluster()
                    || !parameters.routesAs(part.planned().parameters());
            for (WrittenSegment written : part.segments()) {
                Segment segment = written.segment();
                if (everywhere || segment.shard() == shard) {
                    index.payload(segment).ifPresent(files::add);
                }
            }
        }
        return files;
    }
}
