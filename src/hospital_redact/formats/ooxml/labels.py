"""What stands in the box in the place of something that a copy leaves out.

The label of a picture is read as :attr:`~hospital_redact.model.Kind.LABEL`, wherever a box says it and nothing else:
whether a picture leaves the copy is known only when it is written, so no line of the source pairs with it.
"""

from __future__ import annotations

CHART_LABEL = "[图表]"
DIAGRAM_LABEL = "[智能图形]"
OBJECT_LABEL = "[嵌入对象]"
PICTURE_LABEL = "[图]"
CONTROL_LABEL = "[控件]"
