/** Istio configuration in YAML files: a folder, a ConfigMap volume, a git checkout. */
@NullMarked
package io.fairlead.configs.file;

import org.jspecify.annotations.NullMarked;
