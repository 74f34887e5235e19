package io.pomaidb.spark.search;

import io.pomaidb.error.DataException;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.search.QueryVectors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.types.DataTypes;
import scala.Function1;

/**
 * Checks queries on the driver and collects them into batches, each as large as one broadcast may be. Bad vectors,
 * missing ids and ids that repeat end it with a {@link DataException} that names the query.
 */
final class SearchBatches implements Iterator<SearchBatch> {
    private static final String ONLY_QUERY = "1";

    private final Queries queries;
    private final Iterator<QueryBlock> unread;
    private final IndexParameters parameters;
    private final long batchBytes;
    private final Function1<Object, Object> external;
    private final Set<Object> seen = new HashSet<>();

    /** The block that was read last, and how many of its queries were taken. */
    private QueryBlock block = new QueryBlock();

    private int taken;

    /**
     * The batches of all queries.
     *
     * @param batchBytes most bytes of vectors in a batch, which has one query at least
     */
    SearchBatches(Queries queries, IndexParameters parameters, long batchBytes) {
        this.queries = queries;
        this.unread = queries.read();
        this.parameters = parameters;
        this.batchBytes = batchBytes;
        this.external =
                CatalystTypeConverters.createToScalaConverter(queries.idType().orElse(DataTypes.NullType));
    }

    @Override
    public boolean hasNext() {
        while (taken == block.size() && unread.hasNext()) {
            block = unread.next();
            taken = 0;
        }
        return taken < block.size();
    }

    @Override
    public SearchBatch next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all queries were read");
        }
        var ids = new ArrayList<>();
        var vectors = QueryVectors.builder(parameters, queries.vectorColumn());
        boolean full = false;
        while (!full && hasNext()) {
            Object id = block.id(taken);
            checkId(id);
            vectors.add(nameOf(id), block.vector(taken));
            ids.add(id);
            taken++;
            full = vectors.bytes() + vectors.bytes() / vectors.size() > batchBytes;
        }
        return new SearchBatch(ids.toArray(), vectors.build());
    }

    /** What errors call a query. */
    private String nameOf(Object id) {
        return queries.idType().isPresent() ? String.valueOf(external.apply(id)) : ONLY_QUERY;
    }

    private void checkId(Object id) {
        if (queries.idType().isEmpty()) {
            return;
        }
        if (id == null) {
            throw new DataException("Cannot search for a query: its id in column " + queries.idColumn()
                    + " is null (accepted: an id of its own for each query)");
        }
        if (!seen.add(id instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : id)) {
            throw new DataException(
                    "Cannot search for query " + nameOf(id) + ": its id is in column " + queries.idColumn()
                            + " twice, and hits are told by it (accepted: an id of its own for each query)");
        }
    }
}
