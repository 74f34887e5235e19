package io.pomaidb.spark;

import org.junit.jupiter.api.Nested;

/** The one jar on another version of Spark than it was compiled against. */
class VersionIT {
    @Nested
    class Write extends WriteSpec {
        Write() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class FirstClusterWrite extends FirstClusterWriteSpec {
        FirstClusterWrite() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class Payload extends PayloadSpec {
        Payload() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class Search extends SearchSpec {
        Search() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class DriverSearch extends DriverSearchSpec {
        DriverSearch() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class FilteredSearch extends FilteredSearchSpec {
        FilteredSearch() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class NearestSql extends NearestSqlSpec {
        NearestSql() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class SearchFunction extends SearchFunctionSpec {
        SearchFunction() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class Table extends TableSpec {
        Table() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class ConcurrentChange extends ConcurrentChangeSpec {
        ConcurrentChange() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class Stream extends StreamSpec {
        Stream() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class Action extends ActionSpec {
        Action() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class Procedure extends ProcedureSpec {
        Procedure() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class Documentation extends DocumentationSpec {
        Documentation() {
            super(Master.LOCAL);
        }
    }

    @Nested
    class Failure extends FailureSpec {
        Failure() {
            super(Master.LOCAL);
        }
    }
}
