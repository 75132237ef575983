/** The parts of ECharts that are used. Only `import()` may load this file: it is as large as everything else together. */
import { LineChart, ParallelChart } from 'echarts/charts';
import { GraphicComponent, GridComponent, ParallelComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

use([
  CanvasRenderer,
  GraphicComponent,
  GridComponent,
  LineChart,
  ParallelChart,
  ParallelComponent,
  SVGRenderer,
  TooltipComponent,
]);

export { init };
