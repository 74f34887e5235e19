package io.pomaidb.flink;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import org.apache.flink.annotation.Experimental;
import org.apache.flink.annotation.Public;
import org.apache.flink.annotation.PublicEvolving;

/** What keeps one jar working on every supported Flink; on each of them its own annotations count. */
@ArchTag("every-version")
@AnalyzeClasses(packages = "io.pomaidb.flink", importOptions = PublicApiIT.NoTests.class)
class PublicApiIT {
    /** Leaves out tests, also those that came in a jar. */
    static final class NoTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/") && !location.contains("-tests.jar");
        }
    }

    /** Not declared public by Flink, and in the signatures of what is. */
    private static final Set<String> IN_PUBLIC_SIGNATURES = Set.of(
            "org.apache.flink.streaming.runtime.streamrecord.StreamRecord",
            "org.apache.flink.streaming.api.operators.StreamingRuntimeContext");

    private static final DescribedPredicate<JavaClass> INTERNAL_TO_FLINK =
            new DescribedPredicate<>("are not of Flink's public API") {
                @Override
                public boolean test(JavaClass type) {
                    JavaClass element = type.getBaseComponentType();
                    return element.getPackageName().startsWith("org.apache.flink.")
                            && !IN_PUBLIC_SIGNATURES.contains(element.getName())
                            && !isPublic(element);
                }
            };

    private static boolean isPublic(JavaClass type) {
        return type.isAnnotatedWith(Public.class)
                || type.isAnnotatedWith(PublicEvolving.class)
                || type.isAnnotatedWith(Experimental.class)
                || type.getEnclosingClass().map(PublicApiIT::isPublic).orElse(false);
    }

    @ArchTest
    static final ArchRule ONLY_FLINKS_PUBLIC_API =
            noClasses().that().resideInAPackage("io.pomaidb.flink..").should().dependOnClassesThat(INTERNAL_TO_FLINK);

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.pomaidb.flink.(**)").should().beFreeOfCycles();
}
