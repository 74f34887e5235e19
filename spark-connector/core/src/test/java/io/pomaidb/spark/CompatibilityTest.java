package io.pomaidb.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.vectorized.ColumnVector;

/** What keeps one jar working on every supported Spark, with both of its Scala versions. */
@AnalyzeClasses(packages = "io.pomaidb.spark", importOptions = ImportOption.DoNotIncludeTests.class)
class CompatibilityTest {
    /**
     * Scala 2.12 and 2.13 mean different classes by {@code Seq}, and the other collections' methods differ. What extends
     * Spark's plans and RDDs has the signatures of both.
     */
    @ArchTest
    static final ArchRule NO_SCALA_SEQUENCES = noClasses()
            .that()
            .doNotHaveSimpleName("HitsOf")
            .and()
            .doNotHaveSimpleName("BatchSearchExec")
            .and()
            .doNotHaveSimpleName("BatchSearchStrategy")
            .and()
            .doNotHaveSimpleName("HitsExec")
            .and()
            .doNotHaveSimpleName("PlacedRdd")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("scala.collection.Seq")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("scala\\.collection\\.(mutable|convert)\\..*|scala\\.collection\\.JavaConverters.*");

    /** Their abstract methods differ between versions. */
    @ArchTest
    static final ArchRule NO_ROWS_OF_OUR_OWN = classes()
            .should()
            .notBeAssignableTo(InternalRow.class)
            .andShould()
            .notBeAssignableTo(ArrayData.class)
            .andShould()
            .notBeAssignableTo(ColumnVector.class);

    /** Spark ML is there for those who use it. */
    @ArchTest
    static final ArchRule NO_SPARK_ML =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("org.apache.spark.ml..");

    /** Moved to another class in Spark 4. */
    @ArchTest
    static final ArchRule NO_SESSION_STATE =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("org.apache.spark.sql.internal");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.pomaidb.spark.(**)").should().beFreeOfCycles();
}
